//! Which study a command is about, on how many threads.

use std::path::PathBuf;

use secateur::Result;
use secateur::study::Study;
use secateur::study::read::catalogue::Catalogue;
use secateur::threads::available;

use super::arguments::{Selection, Studies};

impl Studies {
    /// The studies by name.
    pub(crate) fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.studies.clone())
    }
}

impl Selection {
    /// The study, with what the command changes in it.
    ///
    /// # Errors
    /// When there is none, or it is not valid.
    pub(crate) fn read(&self) -> Result<Study> {
        let source = self.studies.catalogue().find(&self.study)?;
        let mut sets = self.set.clone();
        sets.extend(self.trials.map(|t| format!("trials={t}")));
        sets.extend(self.seed.map(|s| format!("seed={s}")));
        Study::read(&source, self.profile, &sets)
    }

    /// Threads to run on.
    pub(crate) fn threads(&self) -> usize {
        self.threads.map_or_else(available, usize::from)
    }

    /// The folder of the results of the study as the command changes it.
    pub(crate) fn folder(&self, study: &Study) -> PathBuf {
        self.out.join(study.folder())
    }
}
