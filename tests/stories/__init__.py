"""Many stories at once in one house, told by processes that may be killed meanwhile."""
