"""Pictures: the canvas as SVG, PNG and PDF, fit for a report."""
