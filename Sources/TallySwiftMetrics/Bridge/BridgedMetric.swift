import Tally

/// One metric of a library, with the shapes of its series. Used under the bridge's lock.
struct BridgedMetric<Child: Instrument>: Sendable {
    /// The series of a list of dimensions, or the reason why there is none.
    typealias Outcome = Result<ShapedSeries<Child>, Failure>

    struct Failure: Error {
        let reason: SwiftMetricsRejection.Reason
    }

    typealias MakeFamily = @Sendable (FamilyDescription) -> ShapedFamily<Child>

    private let label: String
    private let settings: BridgeSettings
    private let makeFamily: MakeFamily
    private var family: ShapedFamily<Child>?
    /// The reason why no series is exposed.
    private var refusal: SwiftMetricsRejection.Reason?
    private var dimensionNames: DimensionNames
    private var shapes: [[ByteName]: FamilyShape<Child>] = [:]

    init(_ label: String, _ settings: BridgeSettings, _ makeFamily: @escaping MakeFamily) {
        self.label = label
        self.settings = settings
        self.makeFamily = makeFamily
        dimensionNames = DimensionNames(in: settings.registry)
    }

    mutating func series(_ dimensions: [(name: String, value: String)], as role: MetricRole) -> Outcome {
        if let refusal { return .failure(Failure(reason: refusal)) }
        var labels: [(name: ByteName, value: String)] = []
        for (name, value) in dimensions {
            guard let name = dimensionNames.name(of: name) else { return .failure(Failure(reason: .dimensions)) }
            labels.append((ByteName(name), value))
        }
        labels.sort { $0.name < $1.name }
        let names = labels.map(\.name)
        switch shape(names, as: role) {
        case .failure(let failure): return .failure(failure)
        case .success(let shape):
            guard let series = shape.series(labels.map(\.value)) else { return .failure(Failure(reason: .dimensions)) }
            return .success(series)
        }
    }

    private mutating func shape(_ names: [ByteName], as role: MetricRole) -> Result<FamilyShape<Child>, Failure> {
        if let family, family.isRetired { return .failure(Failure(reason: .kind)) }
        if let shape = shapes[names] { return .success(shape) }
        guard shapes.count < BridgeSettings.maxShapes else { return .failure(Failure(reason: .dimensions)) }
        if let family {
            guard let shape = try? family.shape(names.map(\.text)) else {
                return .failure(Failure(reason: family.isRetired ? .kind : .dimensions))
            }
            shapes[names] = shape
            return .success(shape)
        }
        let outcome = firstShape(names.map(\.text), as: role)
        switch outcome {
        case .success(let shape): shapes[names] = shape
        // Other dimensions of the same metric may be valid.
        case .failure(let failure): if failure.reason != .dimensions { refusal = failure.reason }
        }
        return outcome
    }

    /// Registers the metric under the first of its names that is free.
    private mutating func firstShape(
        _ labelNames: [String],
        as role: MetricRole
    ) -> Result<FamilyShape<Child>, Failure> {
        let own = ByteName(label)
        let name = LabelName(label, as: role, settings.names, in: settings.registry)
        for (index, candidate) in name.candidates.enumerated() {
            let outcome = settings.registration.withLockInTurn { _ in
                Result { () throws(RegistrationError) in
                    let registered = try registered(candidate, labelNames)
                    settings.expose(own, as: registered.0.exposedName)
                    return registered
                }
            }
            switch outcome {
            case .success(let (family, shape)):
                self.family = family
                if index > 0 { settings.rejections.count(.nameCollision, label) }
                return .success(shape)
            case .failure(let error):
                switch error.code {
                case .conflictingDefinition, .collidingSamples:
                    // Two kinds of metrics under one label do not collide by accident.
                    let other = error.conflictingName.flatMap { settings.label(of: $0) }
                    guard let other, other != own else { return .failure(Failure(reason: .kind)) }
                case .invalidMetricName:
                    return .failure(Failure(reason: .name))
                default:
                    return .failure(Failure(reason: .dimensions))
                }
            }
        }
        return .failure(Failure(reason: .nameCollision))
    }

    private func registered(
        _ name: String,
        _ labelNames: [String]
    ) throws(RegistrationError) -> (ShapedFamily<Child>, FamilyShape<Child>) {
        var description = FamilyDescription(name: name, of: label, settings)
        do throws(RegistrationError) {
            let family = makeFamily(description)
            return (family, try family.shape(labelNames))
        } catch {
            guard error.code == .invalidBuckets else { throw error }
            description.hasStandardBuckets = true
            let family = makeFamily(description)
            let shape = try family.shape(labelNames)
            settings.rejections.count(.buckets, label)
            return (family, shape)
        }
    }
}
