"""Brings facts home from Datadog into stores that their owner keeps."""
