"""Requests for information (yêu cầu thông tin): asked of holders, then answered or declined."""
