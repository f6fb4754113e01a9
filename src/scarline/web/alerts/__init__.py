"""Alerts and silences by HTTP, and the rounds that tell of them."""
