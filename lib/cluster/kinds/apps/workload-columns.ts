import type { LabelSelector, PodTemplateSpec } from '../../schema/generated/types.ts';
import type { Column } from '../define.ts';
import { column } from '../shared/columns.ts';
import { showSelector } from './selector.ts';
import { containerImages, containerNames } from './template.ts';

/** The wide columns of everything that has a pod template. */
export const templateColumns = <T>(template: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] => [
  column('Containers', 'string', 'Names of the containers in the template.', (o: T) => containerNames(template(o)), {
    priority: 1,
  }),
  column('Images', 'string', 'Images of the containers in the template.', (o: T) => containerImages(template(o)), {
    priority: 1,
  }),
];

export const selectorColumn = <T>(selector: (object: T) => LabelSelector | undefined): Column<T> =>
  column('Selector', 'string', 'Which pods belong to it.', (o: T) => showSelector(selector(o)), { priority: 1 });
