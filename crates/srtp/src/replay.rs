/// Which of the last `WORDS * 64` packet indices were accepted (RFC 3711, section 3.3.2). A ring of bits: the bit of an
/// index is its remainder, so that moving the window forward clears only what it passes over.
///
/// [`Self::check`] changes nothing; [`Self::accept`] is called once the packet has proved authentic.
#[derive(Clone, Debug)]
pub(crate) struct ReplayWindow<const WORDS: usize> {
    /// Highest accepted index + 1; 0 as long as there is none.
    end: u64,
    seen: [u64; WORDS],
}

impl<const WORDS: usize> Default for ReplayWindow<WORDS> {
    fn default() -> Self {
        Self { end: 0, seen: [0; WORDS] }
    }
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    /// How many indices the window spans.
    pub(crate) const SPAN: u64 = WORDS as u64 * 64;

    pub(crate) fn highest(&self) -> Option<u64> {
        self.end.checked_sub(1)
    }

    /// Whether a packet of this index may be new. Older than the window counts as seen.
    pub(crate) fn check(&self, index: u64) -> bool {
        if index >= self.end {
            return true;
        }
        let (word, bit) = Self::place(index);
        self.end - index <= Self::SPAN && self.seen[word] & bit == 0
    }

    /// Marks the index as seen; an index that [`Self::check`] refuses leaves the window as it is.
    pub(crate) fn accept(&mut self, index: u64) {
        if !self.check(index) {
            return;
        }
        if index >= self.end {
            self.advance(index);
        }
        let (word, bit) = Self::place(index);
        self.seen[word] |= bit;
    }

    fn advance(&mut self, index: u64) {
        if index - self.end >= Self::SPAN {
            self.seen = [0; WORDS];
        } else {
            for passed in self.end..=index {
                let (word, bit) = Self::place(passed);
                self.seen[word] &= !bit;
            }
        }
        self.end = index + 1;
    }

    fn place(index: u64) -> (usize, u64) {
        ((index / 64) as usize % WORDS, 1 << (index % 64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    type Window = ReplayWindow<4>;

    #[test]
    fn everything_is_new_to_an_empty_window() {
        for index in [0, 1, 65_535, 1 << 47] {
            assert!(Window::default().check(index));
        }
        assert_eq!(Window::default().highest(), None);
    }

    #[test]
    fn reordering_within_the_window_is_accepted_and_no_further() {
        let mut window = Window::default();
        window.accept(1000);
        assert!(window.check(1000 - 255));
        assert!(!window.check(1000 - 256));
        window.accept(1000 - 255);
        assert!(!window.check(1000 - 255));
        window.accept(1001);
        assert!(window.check(1000 - 254));
        assert!(!window.check(1000 - 255));
    }

    #[test]
    fn a_far_jump_forgets_the_old_bits() {
        let mut window = Window::default();
        (0..256).for_each(|index| window.accept(index));
        window.accept(256 * 5);
        assert!((256 * 4 + 1..256 * 5).all(|index| window.check(index)));
    }

    proptest! {
        /// Against the plain meaning: a set of what was accepted, and the span below the highest.
        #[test]
        fn agrees_with_a_set(start in 0..1_u64 << 40, steps in prop::collection::vec(0..700_u64, 1..200)) {
            let (mut window, mut model, mut highest) = (Window::default(), HashSet::new(), None);
            for step in steps {
                let index = highest.map_or(start, |highest: u64| (highest + step).saturating_sub(350));
                let fresh = !model.contains(&index) && highest.is_none_or(|highest| index + Window::SPAN > highest);
                prop_assert_eq!(window.check(index), fresh);
                window.accept(index);
                if fresh {
                    model.insert(index);
                    highest = highest.max(Some(index));
                }
                prop_assert_eq!(window.highest(), highest);
            }
        }
    }
}
