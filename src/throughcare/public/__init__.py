"""The public site: services, facilities, findings and numbers, for anybody, from content and editions alone."""
