/** Every request of ours to a registry carries it, so that the registry's log tells our pulls from those of nodes. */
export const userAgent = 'aks-artifact-sync';
