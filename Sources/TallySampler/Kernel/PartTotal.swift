internal import Tally

/// A total over parts that come and go, such as the network interfaces of a container.
///
/// Adds up the growth of each part, so that a part that leaves does not reduce the total, and one that restarts from
/// zero does not hide the growth of the others.
struct PartTotal: Sendable {
    private var last: [ByteName: UInt64] = [:]
    private var sum: UInt64?

    /// The maximum number of parts that are remembered after they have left, in case they return.
    static let maxParts = 256

    /// The total after this reading; nil if there has never been a part, or if it overflows.
    mutating func total(_ parts: [(name: String, value: UInt64)]) -> UInt64? {
        guard !parts.isEmpty else { return sum }
        if last.count > Self.maxParts {
            let present = Set(parts.map { ByteName($0.name) })
            last = last.filter { present.contains($0.key) }
        }
        // Without a memory of the parts, their values cannot be told from growth.
        let isFirst = last.isEmpty
        var total = sum ?? 0
        for (name, value) in parts {
            let before = last.updateValue(value, forKey: ByteName(name))
            if isFirst, sum != nil { continue }
            // A part without an earlier value, or with a lower one, began at zero.
            let growth = before.flatMap { value.minus($0) } ?? value
            let (next, overflow) = total.addingReportingOverflow(growth)
            guard !overflow else {
                self = PartTotal()
                return nil
            }
            total = next
        }
        sum = total
        return total
    }
}

/// The totals of a subject's networks and block devices.
struct TrafficTotals: Sendable {
    private var received = PartTotal()
    private var sent = PartTotal()
    private var read = PartTotal()
    private var written = PartTotal()

    /// The values and details of a reading.
    ///
    /// - Parameters:
    ///   - networks: The bytes by interface.
    ///   - disks: The bytes by block device.
    mutating func take(
        networks: [Traffic],
        disks: [Traffic]
    ) -> (values: [SampleMetric: Double], details: [SampleDetail]) {
        var values: [SampleMetric: Double] = [:]
        var details: [SampleDetail] = []
        func add(
            _ traffic: [Traffic],
            _ bytes: KeyPath<Traffic, UInt64?>,
            _ total: inout PartTotal,
            _ metric: SampleMetric,
            _ detail: SampleDetail.Metric
        ) {
            let parts = traffic.compactMap { part in part[keyPath: bytes].map { (part.name, $0) } }
            values[metric] = total.total(parts).map { Double($0) }
            details += parts.map { SampleDetail(detail, [$0.0], Double($0.1)) }
        }
        add(networks, \.incoming, &received, .networkReceivedBytes, .networkReceived)
        add(networks, \.outgoing, &sent, .networkSentBytes, .networkSent)
        add(disks, \.incoming, &read, .blockReadBytes, .blockRead)
        add(disks, \.outgoing, &written, .blockWrittenBytes, .blockWritten)
        return (values, details)
    }
}

/// The bytes that one network interface or block device has passed on.
struct Traffic: Equatable, Sendable {
    let name: String
    /// The bytes received or read.
    let incoming: UInt64?
    /// The bytes sent or written.
    let outgoing: UInt64?
}
