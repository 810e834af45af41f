/// Whose values a series holds. Compared by bytes.
struct SeriesKey: Hashable, Sendable {
    let owner: SampleOwner
    let containerID: String?

    init(_ sample: Sample) {
        owner = sample.owner
        containerID = sample.containerID
    }

    static func == (one: SeriesKey, other: SeriesKey) -> Bool {
        guard one.owner == other.owner, (one.containerID == nil) == (other.containerID == nil) else { return false }
        return (one.containerID ?? "").utf8.elementsEqual((other.containerID ?? "").utf8)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(owner)
        hasher.combine(bytesOf: containerID ?? "")
    }
}
