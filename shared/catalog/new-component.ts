import type { Component } from './schema.js';

/** An image that the component map does not have: its tag is the version, and nothing more is known of it. */
export function newComponent(facts: Pick<Component, 'name' | 'repositories' | 'confidence' | 'condition'>): Component {
  return {
    ...facts,
    kind: 'image',
    candidates: [],
    tag: { rule: 'version' },
    repositoryRules: [],
    traits: [],
    pins: 1,
    examples: [],
  };
}
