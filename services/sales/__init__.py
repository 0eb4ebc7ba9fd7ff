"""Sales (định giá, bán tài sản): a seized asset is valued, auctioned, sold, or taken back."""
