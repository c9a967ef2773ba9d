"""What all tests share."""

from hypothesis import settings

# a machine that does much else is slow, and no test is a measurement
settings.register_profile("auditctl", deadline=None)
settings.load_profile("auditctl")
