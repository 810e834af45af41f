internal import Synchronization

extension UserTracker {
    /// The number of users in each window. An estimate if the window contains users who did not fit.
    func counts() -> [Int] {
        let (now, _) = present()
        for shard in shards { shard.state.withLock { _ = sweep(&$0) } }
        // Any shard's lock keeps the tick from advancing.
        let exact = shards[0].state.withLock { _ in ring.users() }
        let age = now - lastOverflow.load(ordering: .relaxed)
        guard age < longest else { return exact }
        let estimates = registers(within: settings.windows.counts, now).map { DistinctSketch(unkeyed: $0).estimate }
        return exact.indices.map { settings.windows.counts[$0] > age ? max(exact[$0], estimates[$0]) : exact[$0] }
    }

    func update(_ words: SeriesWords) {
        for (window, count) in counts().enumerated() { words[window] = UInt64(clamping: count) }
    }

    /// True if the longest window has users who did not fit, so that its count is an estimate.
    var isOverflowing: Bool { present().tick - lastOverflow.load(ordering: .relaxed) < longest }

    /// The registers of users seen less than `ticks` ticks ago. Limited to the longest window.
    func registers(within ticks: Int) -> HyperLogLog { registers(within: [ticks], present().tick)[0] }

    /// The registers of users seen within each of several ascending numbers of ticks. Locks one shard at a time.
    private func registers(within ticks: [Int], _ now: Int) -> [HyperLogLog] {
        // The registers of the first number of ticks, then of the users that the second adds, and so on.
        var registers = [UInt8](repeating: 0, count: ticks.count * Self.registers)
        let most = ticks.last ?? 0
        func put(_ index: Int, _ rank: UInt8, _ age: Int) {
            var place = index
            for ticks in ticks where age >= ticks { place += Self.registers }
            if registers[place] < rank { registers[place] = rank }
        }
        for (number, shard) in shards.enumerated() {
            shard.state.withLock { state in
                let now = max(now, current.load(ordering: .relaxed))
                state.table.forEach(at: now, within: most) { key, age in
                    let place = HyperLogLog.place(of: key, precision: DistinctSketch.precision)
                    put(place.index, place.rank, age)
                }
                state.overflow.forEach(at: now, within: most) { index, rank, age in
                    put(number * Self.registersPerShard + index, rank, age)
                }
            }
        }
        var sketches: [HyperLogLog] = []
        for start in stride(from: 0, to: registers.count, by: Self.registers) {
            let added = Array(registers[start..<(start + Self.registers)])
            var sketch = HyperLogLog(precision: DistinctSketch.precision, registers: added)
            if let shorter = sketches.last { sketch.merge(shorter) }
            sketches.append(sketch)
        }
        return sketches
    }

    /// The registers of each closed hour in ascending order. Hours are numbered from the Unix epoch.
    func closedHours() -> [(hour: Int, registers: HyperLogLog)] {
        let (_, present) = present()
        guard present != TickClock.unknownHour else { return [] }
        var hours: [Int: [UInt8]] = [:]
        for (number, shard) in shards.enumerated() {
            let closed = shard.state.withLock { $0.hours?.closedHours(at: present) ?? [] }
            for (hour, registers) in closed {
                let start = number * Self.registersPerShard
                hours[hour, default: [UInt8](repeating: 0, count: Self.registers)]
                    .replaceSubrange(start..<(start + registers.count), with: registers)
            }
        }
        return hours.sorted { $0.key < $1.key }
            .map { ($0.key, HyperLogLog(precision: DistinctSketch.precision, registers: $0.value)) }
    }
}
