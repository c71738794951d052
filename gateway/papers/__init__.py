"""Papers: certificates as PDF, fonts, QR codes."""
