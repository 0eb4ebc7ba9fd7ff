"""The services of Liên Thông. Start with `services/core/contracts`, then `services/judgments`."""
