export { LoadingNote as default } from '../_components/loading-note.tsx';
