internal import Tally

struct SeriesKey: Hashable, Sendable {
    let subject: SampleSubject
    private let container: ByteName?

    var containerID: String? { container?.text }

    init(_ sample: Sample) {
        subject = sample.subject
        container = sample.containerID.map(ByteName.init)
    }
}
