"""Messages to applicants: what is to be sent, once per event, and the port that sends it."""
