import type { HomeState, Place, TalkView } from '../../client/home/homeState';

/** What is read and written at a place; null while it is not open. */
export function talkIn({ open }: HomeState, place: Place): TalkView | null {
  return (place === 'thread' ? open?.thread?.talk : open?.talk) ?? null;
}
