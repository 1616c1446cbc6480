/** Ranges of ports and ids, as upstream checks them. Complaints come without a path; an empty list means none. */
export const rangeComplaint = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

const MAX_ID = 2 ** 31 - 1;
const within = (n: number, low: number, high: number) => (n >= low && n <= high ? [] : [rangeComplaint(low, high)]);

export const portNumber = (n: number): string[] => within(n, 1, 65535);
export const userId = (n: number): string[] => within(n, 0, MAX_ID);
export const groupId = userId;
