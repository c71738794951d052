"""PDF files: certificates, fonts, QR codes."""
