internal import Synchronization

/// A call by an object, visible to everything that runs inside the call. It prevents a deadlock: an object that is
/// called again from inside its own call would wait for itself.
///
/// Tasks started by the call inherit the guard and may outlive the call.
package final class ReentryGuard: Sendable {
    @TaskLocal
    private static var innermost: ReentryGuard?

    private let object: ObjectIdentifier
    private let type: ObjectIdentifier
    private let outer: ReentryGuard?
    private let isOver = Atomic(false)

    /// Begins a call, nested in those of the current task.
    package init(of object: AnyObject) {
        self.object = ObjectIdentifier(object)
        type = ObjectIdentifier(Swift.type(of: object))
        outer = Self.innermost?.underWay
    }

    package func end() {
        isOver.store(true, ordering: .relaxed)
    }

    package func run<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$innermost.withValue(self, operation: body)
    }

    package func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await Self.$innermost.withValue(self, operation: body)
    }

    /// True if the current task is inside a call by the object.
    package static func isInside(_ object: AnyObject) -> Bool {
        let object = ObjectIdentifier(object)
        return isInside { $0.object == object }
    }

    /// True if the current task is inside a call by an object of the type.
    package static func isInside(anyOf type: AnyObject.Type) -> Bool {
        let type = ObjectIdentifier(type)
        return isInside { $0.type == type }
    }

    private static func isInside(where matches: (ReentryGuard) -> Bool) -> Bool {
        var call = innermost?.underWay
        while let current = call {
            if matches(current) { return true }
            call = current.outer?.underWay
        }
        return false
    }

    /// This call, or the innermost enclosing one, that is in progress. Skipping finished calls keeps chains short.
    private var underWay: ReentryGuard? {
        isOver.load(ordering: .relaxed) ? outer?.underWay : self
    }
}
