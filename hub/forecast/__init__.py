"""The forecast of waiting times: learned service minutes, and the queue played to its end."""
