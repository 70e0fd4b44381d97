"""Cameras through OpenCV, each in a child process."""
