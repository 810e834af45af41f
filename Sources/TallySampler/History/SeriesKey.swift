internal import Tally

struct SeriesKey: Hashable, Sendable {
    let subject: SampleSubject
    private let container: ByteName?

    var containerID: String? { container?.text }

    init(_ subject: SampleSubject, _ containerID: String?) {
        self.subject = subject
        container = containerID.map(ByteName.init)
    }

    init(_ sample: Sample) {
        self.init(sample.subject, sample.containerID)
    }
}
