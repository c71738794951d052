"""The members service: people, regions, offices, permissions, libraries, competence and the community's rules."""
