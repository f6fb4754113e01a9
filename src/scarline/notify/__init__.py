"""Delivery of notices: one file for each type of receiver, each sends once and says what came."""
