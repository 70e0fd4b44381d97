"""The applicant's phone: a listener of its own that knows `/t/<code>` and nothing else."""
