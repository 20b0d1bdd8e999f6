/** Probes that the pack does not judge as wanted yet. A line goes with the change that mends it. */
export const OPEN: readonly string[] = [
];
