/// A family whose series may have different label names, for sources that do not declare their labels.
///
/// All series have one name, type, help text and limit, but each list of label names has a storage of its own, a
/// *shape*. If an instrument or a family of the public API is registered under a conflicting name, it replaces this
/// family, whose handles then keep counting but are no longer exposed.
package struct ShapedFamily<Child: Instrument>: Sendable {
    private let request: FamilyRequest
    private let group: ShapeGroup
    private let registry: MetricRegistry

    private init(
        _ request: FamilyRequest,
        in registry: MetricRegistry,
        onReplaced: @escaping @Sendable () -> Void
    ) {
        let group = ShapeGroup(maxChildren: request.maxChildren, onReplaced: onReplaced)
        var request = request
        request.group = group
        self.request = request
        self.group = group
        self.registry = registry
    }

    /// The name as exposed, with the registry's prefix and the suffix of the kind.
    package var exposedName: String { registry.exposedName(request) }

    /// True once another family has replaced this one, or the host has unregistered it.
    package var isRetired: Bool { group.isRetired }

    /// True if a new series would share the overflow child.
    package var isFull: Bool { group.isFull }

    /// Registers the shape with these label names, or returns the registered one.
    package func shape(_ labelNames: [String]) throws(RegistrationError) -> FamilyShape<Child> {
        var request = request
        request.labelNames = labelNames
        return FamilyShape(storage: try registry.register(request))
    }
}

extension ShapedFamily where Child: PlainInstrument {
    /// - Parameter onReplaced: Called when another family takes the name. It must not use the registry.
    package init(
        _ name: String,
        help: String,
        maxChildren: Int,
        in registry: MetricRegistry,
        onReplaced: @escaping @Sendable () -> Void = {}
    ) {
        let layout = Child._kind.layout(isContended: false)
        self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren),
            in: registry,
            onReplaced: onReplaced
        )
    }
}

extension ShapedFamily where Child == Histogram {
    /// - Parameter onReplaced: Called when another family takes the name. It must not use the registry.
    package init(
        _ name: String,
        help: String,
        buckets: Buckets,
        maxChildren: Int,
        in registry: MetricRegistry,
        onReplaced: @escaping @Sendable () -> Void = {}
    ) {
        self.init(
            FamilyRequest(name, help, Histogram.layout(buckets), maxChildren: maxChildren),
            in: registry,
            onReplaced: onReplaced
        )
    }
}

/// The series of a family that have the same label names.
package struct FamilyShape<Child: Instrument>: Sendable {
    let storage: FamilyStorage

    /// The series with these label values, exposed, and created if needed. Returns the overflow child if the family is
    /// full, and nil if the number of values is wrong.
    package func series(_ values: [String]) -> ShapedSeries<Child>? {
        guard values.count == storage.definition.labelNames.count else { return nil }
        return unsafe storage.withText(values) { text, _ in
            let labels = unsafe Array(text)
            let (cell, isOwn) = unsafe storage.ownOrOverflowChild(text)
            return ShapedSeries(storage: storage, labels: labels, child: Child._handle(to: _Series(cell)), isOwn: isOwn)
        }
    }
}

/// One series of a shaped family. It can be hidden and exposed again while handles use it.
package struct ShapedSeries<Child: Instrument>: Sendable {
    let storage: FamilyStorage
    /// The escaped text of the labels.
    let labels: [UInt8]
    package let child: Child
    /// False if `child` is the family's overflow child.
    package let isOwn: Bool

    /// Hides the series, unless it has been the overflow child: then other handles count in it, and do not know.
    package func hide() {
        guard storage.overflowTotal == 0 || labels != storage.definition.overflowLabels else { return }
        _ = unsafe labels.withUnsafeBufferPointer { unsafe storage.remove($0) }
    }

    /// Exposes the series again, and returns its child, or the overflow child if the family is full.
    package func reexposed() -> (child: Child, isOwn: Bool) {
        let (cell, isOwn) = unsafe labels.withUnsafeBufferPointer { unsafe storage.ownOrOverflowChild($0) }
        return (Child._handle(to: _Series(cell)), isOwn)
    }

    /// Sets the values to zero, and the creation time to now.
    package func reset() { unsafe labels.withUnsafeBufferPointer { unsafe storage.reset($0) } }
}
