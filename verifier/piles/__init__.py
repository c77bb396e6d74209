"""Many certificates at once: what a recruiter has on Monday morning, verified row by row."""
