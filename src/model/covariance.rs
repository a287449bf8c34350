//! Gaussian inputs whose coordinates are tied to each other: x ~ N(0, Σ).
//!
//! Σ = a² I + Σ_g `w_g` `w_gᵀ`, where the groups g have disjoint coordinates, so that
//!
//! ```text
//! x_j = a z_j + w_j g_{group of j},     z_j, g_g independent N(0, 1)
//! Σ^{1/2} u = a u + Σ_g (√(a² + ‖w_g‖²) − a) ⟨ŵ_g, u⟩ ŵ_g
//! ```
//!
//! Spikes are those of Ba, Erdogdu, Suzuki, Wang and Wu 2023 and of Mousavi-Hosseini, Wu, Suzuki
//! and Erdogdu 2023 (*Gradient-Based Feature Learning under Structured Data*), who also divide the
//! argument of the link by ‖Σ^{1/2}v‖.

use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;
use std::ops::Range;

use super::direction::Directions;
use crate::error::{Error, Result};

/// Largest exponent ρ of a spike.
const MOST_POWER: f64 = 2.0;

/// Most coordinates of a block.
const MOST_BLOCK: u32 = 1 << 20;

/// A covariance Σ, for targets of one direction v.
///
/// | text | Σ |
/// |---|---|
/// | `spiked(ρ)` | I + d^ρ θθᵀ, θ = (1, …, 1)/√d: a direction that has nothing to do with v, ⟨v, θ⟩ ≈ d^{−½} |
/// | `spiked_aligned(ρ)` | I + d^ρ vvᵀ |
/// | `blocks(b)` | 1 on the diagonal, ½ within blocks of b neighbours, 0 elsewhere |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Covariance {
    /// A spike over all coordinates.
    Spiked(Power),
    /// A spike along v.
    SpikedAligned(Power),
    /// Blocks of so many neighbours, at least 2.
    Blocks(u32),
}

/// An exponent ρ of d in thousandths, so that equal laws are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Power(u16);

impl Power {
    /// d^ρ.
    fn of(self, d: usize) -> f64 {
        (d as f64).powf(f64::from(self.0) / 1000.0)
    }
}

/// What coordinate j is made of: x_j = own z_j + shared g, g that of the group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its own share a.
    pub own: f64,
    /// Its weight `w_j` in the group.
    pub shared: f64,
    /// The group.
    pub group: u32,
}

impl Covariance {
    /// Reads one of the texts above; none if `text` does not begin like one.
    ///
    /// # Errors
    /// When its argument is missing or out of range.
    pub fn parse(text: &str) -> Option<Result<Self>> {
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        let argument = rest.strip_suffix(')').unwrap_or_default().trim();
        let spike = |made: fn(Power) -> Self| {
            power(argument).map(made).ok_or_else(|| {
                Error::usage(format!("`{text}` is no law of the inputs"))
                    .hint(format!("write {name}(0.5) for a spike of variance d^0.5: a number from 0 to {MOST_POWER}, with three decimals at most"))
            })
        };
        match name.trim() {
            "spiked" => Some(spike(Self::Spiked)),
            "spiked_aligned" => Some(spike(Self::SpikedAligned)),
            "blocks" => {
                let size = argument.parse().ok().filter(|b| (2..=MOST_BLOCK).contains(b));
                Some(size.map(Self::Blocks).ok_or_else(|| {
                    Error::usage(format!("`{text}` is no law of the inputs")).hint(format!(
                        "write blocks(8) for blocks of 8 coordinates, 2 to {MOST_BLOCK} of them"
                    ))
                }))
            }
            _ => None,
        }
    }

    /// Whether Σ^{1/2}v has no other rows than v.
    #[must_use]
    pub fn keeps_support(self) -> bool {
        matches!(self, Self::SpikedAligned(_))
    }

    /// What coordinate `j` is made of, v being that of `directions`.
    #[must_use]
    pub fn part(self, directions: &Directions, j: u32) -> Part {
        let d = directions.d();
        match self {
            Self::Spiked(power) => {
                Part { own: 1.0, shared: (power.of(d) / d as f64).sqrt(), group: 0 }
            }
            Self::SpikedAligned(power) => {
                let v = directions.rows_at(&[j])[0];
                Part { own: 1.0, shared: power.of(d).sqrt() * v, group: 0 }
            }
            Self::Blocks(b) => Part { own: FRAC_1_SQRT_2, shared: FRAC_1_SQRT_2, group: j / b },
        }
    }

    /// Coordinates of the group that `part` belongs to; those of v alone for a spike along it.
    fn members(self, directions: &Directions, part: Part) -> Vec<u32> {
        let d = directions.d() as u32;
        let all: Range<u32> = match self {
            Self::SpikedAligned(_) => return directions.support().to_vec(),
            Self::Spiked(_) => 0..d,
            Self::Blocks(b) => part.group * b..((part.group + 1).saturating_mul(b)).min(d),
        };
        all.collect()
    }

    /// vᵀΣv, v the first direction.
    #[must_use]
    pub fn variance(self, directions: &Directions) -> f64 {
        let (mut own, mut group, mut sum, mut total) = (0.0, None, 0.0, 0.0);
        for (&j, row) in directions.support().iter().zip(directions.rows()) {
            let part = self.part(directions, j);
            // Supports increase, so that the members of a group follow each other.
            if group.replace(part.group) != Some(part.group) {
                total += f64::powi(std::mem::take(&mut sum), 2);
            }
            sum += part.shared * row[0];
            own += (part.own * row[0]).powi(2);
        }
        own + total + sum * sum
    }

    /// Σ^{1/2}v scaled to norm 1: the direction of the same target in z = Σ^{−1/2}x.
    ///
    /// # Errors
    /// Never, but for rounding.
    pub fn whitened(self, directions: &Directions) -> Result<Directions> {
        let mut rows: Vec<(u32, f64)> = Vec::new();
        let mut entries = directions.support().iter().copied().zip(directions.rows()).peekable();
        while let Some(&(j, _)) = entries.peek() {
            let first = self.part(directions, j);
            let members = self.members(directions, first);
            let mut u = vec![0.0; members.len()];
            while let Some((j, row)) =
                entries.next_if(|(j, _)| self.part(directions, *j).group == first.group)
            {
                if let Ok(at) = members.binary_search(&j) {
                    u[at] = row[0];
                }
            }
            let weights = members.iter().map(|&j| self.part(directions, j).shared);
            let weights: Vec<f64> = weights.collect();
            let square: f64 = weights.iter().map(|w| w * w).sum();
            let inner: f64 = weights.iter().zip(&u).map(|(w, u)| w * u).sum();
            let a = first.own;
            let more = ((a * a + square).sqrt() - a) * inner / square;
            rows.extend(
                members
                    .iter()
                    .zip(u.iter().zip(&weights))
                    .map(|(&j, (u, w))| (j, a * u + more * w)),
            );
        }
        let norm = rows.iter().map(|(_, u)| u * u).sum::<f64>().sqrt();
        let (support, frame) = rows.into_iter().map(|(j, u)| (j, u / norm)).unzip();
        Directions::from_rows(directions.d(), directions.s(), support, frame)
    }
}

/// ρ with three decimals at most, in range.
fn power(text: &str) -> Option<Power> {
    let rho: f64 = text.parse().ok().filter(|rho| (0.0..=MOST_POWER).contains(rho))?;
    let thousandths = (rho * 1000.0).round();
    ((rho * 1000.0 - thousandths).abs() < 1e-9).then_some(Power(thousandths as u16))
}

impl fmt::Display for Covariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spiked(Power(rho)) => write!(f, "spiked({})", f64::from(*rho) / 1000.0),
            Self::SpikedAligned(Power(rho)) => {
                write!(f, "spiked_aligned({})", f64::from(*rho) / 1000.0)
            }
            Self::Blocks(b) => write!(f, "blocks({b})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use faer::{Mat, Side};

    use super::*;

    const LAWS: [&str; 5] =
        ["spiked(0.5)", "spiked(1)", "spiked_aligned(0.25)", "spiked_aligned(0)", "blocks(4)"];

    fn read(text: &str) -> Covariance {
        Covariance::parse(text).expect("a covariance").expect("in range")
    }

    fn directions() -> Directions {
        let frame = vec![0.5, -0.5, 0.1, 0.7, 0.0, 0.0];
        Directions::from_rows(14, 4, vec![1, 2, 5, 9, 12, 13], frame).expect("a unit vector")
    }

    /// Σ as a matrix by its definition in the table.
    fn matrix(text: &str, v: &Directions) -> Mat<f64> {
        let (d, all) = (v.d(), (0..v.d() as u32).collect::<Vec<_>>());
        let v = v.rows_at(&all);
        let d_to = |rho: f64| (d as f64).powf(rho);
        Mat::from_fn(d, d, |i, j| {
            let same = f64::from(i == j);
            match text {
                "spiked(0.5)" => same + d_to(0.5) / d as f64,
                "spiked(1)" => same + 1.0,
                "spiked_aligned(0.25)" => same + d_to(0.25) * v[i] * v[j],
                "spiked_aligned(0)" => same + v[i] * v[j],
                _ => 0.5 * same + if i / 4 == j / 4 { 0.5 } else { 0.0 },
            }
        })
    }

    #[test]
    fn texts_are_read_back() {
        for text in LAWS {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("spiked(0.50)"), read("spiked(0.5)"));
        assert!(Covariance::parse("gaussian").is_none());
        for text in [
            "spiked",
            "spiked()",
            "spiked(-1)",
            "spiked(0.12345)",
            "spiked(nan)",
            "spiked(3)",
            "blocks(1)",
            "blocks(x)",
            "blocks(8",
        ] {
            let error = Covariance::parse(text).expect("begins like one").unwrap_err();
            assert!(error.hint_text().is_some_and(|hint| hint.starts_with("write ")), "{text}");
        }
    }

    #[test]
    fn parts_add_up_to_the_covariance() {
        let v = directions();
        for text in LAWS {
            let (law, exact) = (read(text), matrix(text, &v));
            for i in 0..14 {
                for j in 0..14 {
                    let [p, q] = [i, j].map(|j| law.part(&v, j as u32));
                    let shared = if p.group == q.group { p.shared * q.shared } else { 0.0 };
                    let got = shared + if i == j { p.own * q.own } else { 0.0 };
                    assert!((got - exact[(i, j)]).abs() < 1e-12, "{text}, {i}, {j}");
                }
            }
        }
    }

    /// Against the eigenvalues of the whole matrix.
    #[test]
    fn whitening_turns_v_as_the_root_of_the_covariance_does() {
        let (v, all) = (directions(), (0..14).collect::<Vec<u32>>());
        let u = Mat::from_fn(14, 1, |i, _| v.rows_at(&all)[i]);
        for text in LAWS {
            let sigma = matrix(text, &v);
            let eigen = sigma.self_adjoint_eigen(Side::Lower).expect("symmetric");
            let mut turned = eigen.U().transpose() * &u;
            for i in 0..14 {
                turned[(i, 0)] *= eigen.S()[i].max(0.0).sqrt();
            }
            let root = eigen.U() * &turned;
            let norm = root.norm_l2();
            let law = read(text);
            assert!((law.variance(&v) - norm * norm).abs() < 1e-12, "{text}");
            let got = law.whitened(&v).expect("a unit vector").rows_at(&all);
            for (i, got) in got.iter().enumerate() {
                assert!((got - root[(i, 0)] / norm).abs() < 1e-12, "{text}, {i}");
            }
        }
    }

    #[test]
    fn only_a_spike_along_v_keeps_its_support() {
        let v = directions();
        for text in LAWS {
            let law = read(text);
            let support = law.whitened(&v).expect("a unit vector").support().to_vec();
            assert_eq!(support == v.support(), law.keeps_support(), "{text}");
        }
    }
}
