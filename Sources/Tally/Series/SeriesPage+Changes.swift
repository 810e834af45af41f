internal import Synchronization

// Filling a page. Requires the family's lock.

extension SeriesPage {
    /// True if this many more series with this much text fit, starting with a new block if required.
    func hasRoom(_ slots: Int, labelBytes: Int, inNewBlock: Bool) -> Bool {
        let blockSize = 1 << blockShift
        let first = inNewBlock ? (count + blockSize - 1) & ~(blockSize - 1) : count
        return first + slots <= capacity && labelBytes + slots * endCount <= textCapacity - textStart(count)
    }

    /// Appends a series, or returns nil if the page has no room for it.
    func append(labels: UnsafeBufferPointer<UInt8>, _ state: (any SeriesState)? = nil) -> Int? {
        guard hasRoom(1, labelBytes: labels.count, inNewBlock: false) else { return nil }
        nextBlock().setState(state, slotInBlock(count))
        unsafe appendText(labels)
        setCreated(definition.context.wallSeconds)
        count += 1
        return count - 1
    }

    /// Appends another page's series with its values. No handle to it may exist, and this page must have room for it.
    func append(from page: SeriesPage, _ slot: Int) -> Int {
        let block = nextBlock()
        block.setState(page.state(slot), slotInBlock(count))
        appendText(of: page, slot)
        // A use that no search for idle children has seen yet.
        if idleTimes != nil, page.block(slot).takeUse(page.slotInBlock(slot)) { block.setUse(slotInBlock(count)) }
        let (source, target) = unsafe (page.words(slot), words(count))
        for index in 0..<stride {
            unsafe target[index].store(source[index].load(ordering: .relaxed), ordering: .relaxed)
            guard let exemplar = page.exemplar(slot, index) else { continue }
            block.setExemplar(exemplar, at: slotInBlock(count) * stride + index)
        }
        count += 1
        return count - 1
    }

    /// Sets the values of a filled slot to zero, and its creation time to now.
    func reset(_ slot: Int) {
        let words = unsafe words(slot)
        for index in 0..<stride { unsafe words[index].store(0, ordering: .relaxed) }
        state(slot)?.reset()
        guard let created = unsafe created else { return }
        unsafe created[slot].store(definition.context.wallSeconds().bitPattern, ordering: .relaxed)
    }

    /// Sets the creation time of the next slot, if it is recorded.
    private func setCreated(_ seconds: () -> Double) {
        guard let created = unsafe created else { return }
        unsafe (created + count).initialize(to: Atomic(seconds().bitPattern))
    }

    private func nextBlock() -> SeriesBlock {
        let number = count >> blockShift
        if let block = unsafe blocks[number] { return block }
        let block = makeBlock(capacity: min(1 << blockShift, capacity - count))
        unsafe blocks[number] = block
        unsafe (blockWords + number).initialize(to: block.words)
        return block
    }

    private func makeBlock(capacity size: Int) -> SeriesBlock {
        let words = size * stride
        let slab: WordSlab
        if let current = self.slab, current.count - slabCount >= words {
            slab = current
        } else {
            // A small page is the first one of its family, so its neighbours in memory are foreign.
            let isApart = capacity <= 8 || definition.layout.stripes > 1
            slab = WordSlab(min(1 << definition.shape.slabShift, capacity - count) * stride, isApart: isApart)
            slabCount = 0
        }
        self.slab = slab
        defer { slabCount += words }
        return SeriesBlock(definition: definition, capacity: size, in: slab, at: slabCount)
    }

    /// Takes over another page's block with its series. This page must have room for them.
    ///
    /// - Parameter slots: The filled slots of the block in the other page.
    /// - Returns: The first slot in this page.
    func adopt(_ block: SeriesBlock, from page: SeriesPage, _ slots: Range<Int>) -> Int {
        let blockSize = 1 << blockShift
        while count & (blockSize - 1) != 0 { appendVacant() }
        let first = count
        unsafe blocks[first >> blockShift] = block
        unsafe (blockWords + first >> blockShift).initialize(to: block.words)
        for slot in slots {
            guard !page.isVacant(slot) else {
                appendVacant()
                continue
            }
            appendText(of: page, slot)
            count += 1
        }
        // The only block of a small page may be smaller than a block here: its missing slots are filled as vacant.
        while block.capacity < blockSize, count < capacity, count & (blockSize - 1) != 0 { appendVacant() }
        return first
    }

    private func appendVacant() {
        unsafe (ends + count).initialize(to: UInt32(textStart(count)))
        for index in 0..<innerValues { unsafe (valueEnds + count * innerValues + index).initialize(to: 0) }
        setCreated { .nan }
        idleTimes?.slots.append(.init())
        vacate(count)
        count += 1
    }

    private func appendText(_ labels: UnsafeBufferPointer<UInt8>) {
        let start = textStart(count)
        if let base = labels.baseAddress { unsafe (text + start).update(from: base, count: labels.count) }
        for (index, byte) in definition.lineEnd.enumerated() {
            unsafe text[start + labels.count + index] = byte
        }
        idleTimes?.slots.append(.init())
        indexLabelValues(of: count, in: start..<(start + labels.count))
        unsafe (ends + count).initialize(to: UInt32(start + labels.count + endCount))
    }

    /// Indexes once what the JSON encoder would have to search for at each scrape.
    private func indexLabelValues(of slot: Int, in range: Range<Int>) {
        var label = 0
        var position = range.lowerBound + (innerValues > 0 ? definition.fragments[0].length : 0)
        var hasControl = false
        var length = range.count
        while position < range.upperBound {
            let byte = unsafe text[position]
            if byte == UInt8(ascii: "\\") {
                position += 1
                length = .max
            }
            if byte < 0x20 { hasControl = true }
            if byte == UInt8(ascii: "\""), label < innerValues {
                unsafe (valueEnds + slot * innerValues + label).initialize(to: UInt32(position - range.lowerBound))
                label += 1
                position += definition.fragments[label].length
            } else {
                position += 1
            }
        }
        // Every value ends with an unescaped quote.
        assert(label == innerValues)
        if hasControl { hasControls.store(true, ordering: .relaxed) }
        longestText.store(max(longestText.load(ordering: .relaxed), length), ordering: .relaxed)
    }

    /// Copies everything about another page's series except its values.
    private func appendText(of page: SeriesPage, _ slot: Int) {
        let range = page.textRange(slot)
        let start = textStart(count)
        unsafe (text + start).update(from: page.text + range.lowerBound, count: range.count)
        unsafe (ends + count).initialize(to: UInt32(start + range.count))
        for index in 0..<innerValues {
            let end = unsafe page.valueEnds[slot * innerValues + index]
            unsafe (valueEnds + count * innerValues + index).initialize(to: end)
        }
        if page.hasControls.load(ordering: .relaxed) { hasControls.store(true, ordering: .relaxed) }
        let longest = max(longestText.load(ordering: .relaxed), page.longestText.load(ordering: .relaxed))
        longestText.store(longest, ordering: .relaxed)
        setCreated { page.createdSeconds(slot) }
        if let idleTimes, let other = page.idleTimes {
            idleTimes.slots.append(other.slots[slot])
        }
    }
}
