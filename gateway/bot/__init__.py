"""The community's Telegram bot: what people write to the bot, and its replies."""
