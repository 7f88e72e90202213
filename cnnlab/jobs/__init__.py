"""The queue: submit, stop, resume, delete; slots; the supervisor and its fork server."""
