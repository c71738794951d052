"""The pages: plain HTML from the server, for a phone on a bad line. They call the same API as everybody else."""
