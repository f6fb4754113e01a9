"""Scars by HTTP: lists, what people say of them, and the incidents that they make together."""
