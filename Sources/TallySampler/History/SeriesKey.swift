/// Whose values a series holds. Compared by bytes.
struct SeriesKey: Hashable, Sendable {
    let subject: SampleSubject
    let containerID: String?

    init(_ sample: Sample) {
        subject = sample.subject
        containerID = sample.containerID
    }

    static func == (one: SeriesKey, other: SeriesKey) -> Bool {
        guard one.subject == other.subject, (one.containerID == nil) == (other.containerID == nil) else { return false }
        return (one.containerID ?? "").utf8.elementsEqual((other.containerID ?? "").utf8)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(subject)
        hasher.combine(bytesOf: containerID ?? "")
    }
}
