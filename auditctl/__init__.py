"""auditctl: one command line over any audit trail.

The version stands here as a literal, since asking the installed metadata for it costs 44 ms.
"""

__version__ = "0.1.0"
