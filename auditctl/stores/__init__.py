"""Where events are: the Store protocol and its kinds."""
