"""What a training takes: energy, measured where the machine tells and estimated elsewhere; its CO2; memory."""
