"""Security measures (biện pháp bảo đảm): hidden from the debtor until they are carried out."""
