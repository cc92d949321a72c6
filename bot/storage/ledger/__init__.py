"""Requests, jobs and charges as rows, and everything that is counted of them."""
