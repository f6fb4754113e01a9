"""The backlog of LLM failures by HTTP: lists, decisions of people, exports and their deliveries."""
