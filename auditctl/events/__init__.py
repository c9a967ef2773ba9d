"""What an event is: its shape, its ids, its canonical bytes, its times."""
