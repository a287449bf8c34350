//! Memory that begins where a cache line does.

use std::ops::{Deref, DerefMut};

/// Numbers in a cache line, which is as long as the widest vector.
const LINE: usize = 16;

/// Numbers whose first stands at the start of a cache line: matrices in it are read a line at a
/// time, where any other place makes every vector touch two.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    memory: Vec<f32>,
    start: usize,
    len: usize,
}

impl Lines {
    /// Makes it `len` numbers, whatever they are.
    pub fn resize(&mut self, len: usize) {
        if self.memory.len() < self.start + len {
            self.memory = vec![0.0; len + LINE];
            self.start = self.memory.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        }
        self.len = len;
    }
}

impl Deref for Lines {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_a_line_whatever_was_there_before() {
        let mut lines = Lines::default();
        assert!(lines.is_empty());
        for len in [3, 1000, 17, 100_000, 0, 5] {
            lines.resize(len);
            assert_eq!(lines.len(), len);
            assert_eq!(lines.as_ptr() as usize % 64, 0, "{len}");
            lines.fill(1.0);
        }
        assert_eq!(*lines, [1.0; 5]);
    }
}
