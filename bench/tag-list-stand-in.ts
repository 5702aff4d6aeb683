import type { TagLists } from '../shared/catalog/catalog.js';
import { imageListTags, type Reference } from './reference-truth.js';

/**
 * MAR's tag lists, as far as the image lists stand in for them: MAR has more tags, and newer ones. No list is made up for a
 * repository that no image list speaks of.
 */
export function indexTagLists(reference: Reference): TagLists {
  return new Map([...imageListTags(reference)].map(([repository, tags]) => [repository, [...tags]]));
}
