import type { SchemaField } from '../../schema/descriptions.ts';
import type { LabelSelector, PodTemplateSpec } from '../../schema/generated/types.ts';
import type { Column } from '../define.ts';
import { column } from '../shared/columns.ts';
import { showSelector } from './selector.ts';
import { containerImages, containerNames } from './template.ts';

/** The wide columns of everything that has a pod template. */
export const templateColumns = <T>(template: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] => [
  column('Containers', 'string', 'Names of each container in the template.', (o: T) => containerNames(template(o)), {
    priority: 1,
  }),
  column(
    'Images',
    'string',
    'Images referenced by each container in the template.',
    (o: T) => containerImages(template(o)),
    {
      priority: 1,
    },
  ),
];

export const selectorColumn = <T>(
  selector: (object: T) => LabelSelector | undefined,
  description: string | SchemaField = 'Which pods belong to it.',
): Column<T> => column('Selector', 'string', description, (o: T) => showSelector(selector(o)), { priority: 1 });
