#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Threads of our own.
package enum WorkThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// How long a thread stays when there is nothing to do.
    package static let idleTime = Duration.seconds(10)

    /// Runs `body` on a thread of its own, or returns false if the system has none to give.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        // Owned by the thread, once there is one.
        let argument = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let status = unsafe create(argument)
        if status != 0 { unsafe Unmanaged<Body>.fromOpaque(argument).release() }
        return status == 0
    }

    private static func create(_ argument: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = unsafe pthread_create(&thread, &attributes, { unsafe WorkThread.run($0) }, argument)
        #else
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { unsafe $0.flatMap { unsafe WorkThread.run($0) } },
            argument
        )
        #endif
        unsafe pthread_attr_destroy(&attributes)
        return status
    }

    private static func run(_ body: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
        return nil
    }
}
