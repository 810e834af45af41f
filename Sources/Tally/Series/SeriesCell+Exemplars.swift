// Exemplars that the host's closure reads from the context of an update.

extension SeriesCell {
    /// Calls the host's closure if the word should have a new exemplar, and stores it. Under no lock, because the
    /// closure may do anything.
    @usableFromInline
    @inline(never)
    func sampleExemplar(of value: Double, word: Int = 0) {
        guard unsafe block.isExemplarDue(words, word), let read = definition.context.exemplars else { return }
        let index = unsafe words - block.words + word
        guard block.claimExemplar(index) else { return }
        let exemplar = read()
        if let exemplar { store(exemplar, of: value, word: word) }
        block.releaseExemplar(index, hasSample: exemplar != nil)
    }

    /// Stores an exemplar that the caller of an update has given.
    func keep(_ exemplar: Exemplar, of value: Double, word: Int = 0) {
        store(exemplar, of: value, word: word)
        // A sample must not replace it at once.
        if block.samplesExemplars { block.deferExemplar(unsafe words - block.words + word) }
    }

    /// Stores an exemplar of one of the words, or counts it as rejected.
    private func store(_ exemplar: Exemplar, of value: Double, word: Int) {
        let seconds = definition.context.wallSeconds()
        guard value.isFinite, let text = exemplar.text(value, at: seconds) else { return reject(.exemplar) }
        let entry = ExemplarStore.Entry(text: text, labels: exemplar.labels, value: value, seconds: seconds)
        block.setExemplar(entry, at: unsafe words - block.words + word)
    }
}
